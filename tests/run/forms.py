"""Prints the variable `key` in every form in which programs write a text, one a line; with `report` as names of numbers."""

import base64
import json
import os
import shlex
import sys
import urllib.parse


def of(key):
    quote = urllib.parse.quote
    forms = [key, json.dumps(key)[1:-1], json.dumps(key, ensure_ascii=False)[1:-1], repr(key)[1:-1], repr([key, "'\""])]
    forms += [quote(key), quote(key, safe=""), urllib.parse.quote_plus(key), repr(key.encode())[2:-1], shlex.quote(key)]
    forms += [key.encode().hex(), key.encode().hex().upper()]
    for before in ["", "x", "xx", "user:"]:
        for encode in [base64.b64encode, base64.urlsafe_b64encode]:
            text = encode((before + key).encode()).decode().rstrip("=")
            # Less the letters that hang on what stands beside it.
            forms.append(text[-(-len(before.encode()) * 8 // 6):len((before + key).encode()) * 8 // 6])
    return forms


if __name__ == "__main__":
    for form in of(os.environ["key"]):
        print(json.dumps({form: 1}) if "report" in sys.argv else form)
