printf 'hello %s' "$name" > "$out"
