def score(x):
    return x +* 2 #~ E0401
