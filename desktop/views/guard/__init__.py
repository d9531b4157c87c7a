"""What keeps eyes off the screen: the veil, locking when nobody is there, the clipboard."""
