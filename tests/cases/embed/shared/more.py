def offset() -> int:
    return 1
