def offset() -> int:
    return 41
