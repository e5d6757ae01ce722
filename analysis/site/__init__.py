"""The site: pages made from what the build has written, for readers without Python."""
