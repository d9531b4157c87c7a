"""Where things lie and how this workstation is set up."""
