"""Who is there to take conversations: of devices, choices and breaks, what others are shown and given work by."""
