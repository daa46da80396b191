#!/bin/sh
# Makes src/parser.c of grammar.js, with tree-sitter's command line 0.25 (`cargo install tree-sitter-cli --version 0.25.10`)
# and Node.js. ABI 14 is what Neovim 0.7, Helix and Zed all read.
set -eu
cd "$(dirname "$0")"
"${TREE_SITTER:-tree-sitter}" generate --abi 14
sha256sum grammar.js | cut -c1-64 >src/grammar.sha256
