"""`python -m ragd` is the command `ragd`."""

from ragd.cli import main

if __name__ == "__main__":
    main()
