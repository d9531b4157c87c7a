"""Key slots, signing, sealing and password rules; no SQL, no Qt, no dialogs."""
