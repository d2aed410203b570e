"""Rent, month by month."""


class Lease:
    """A lease."""

    def rise(self, percent: float) -> float:
        return self.rent * (1 + percent / 100)


def total(months):
    return sum(months)
