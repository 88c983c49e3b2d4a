"""What differs by operating system, each behind one small interface."""
