"""Files as they come in and are shown: uploads, small pictures, the room they take."""
