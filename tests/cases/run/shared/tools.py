from more import offset


def score(x: int) -> int:
    return x + offset()
