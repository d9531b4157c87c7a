"""One function per user action, one unit of work each; reads beside them."""
