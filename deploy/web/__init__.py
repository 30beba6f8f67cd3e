"""What builds the web client: Node from a pinned wheel, and npm. Needs the standard library only: images use it too."""
