echo "hello $name"
