-- The language server as `vim.lsp.config` of Neovim 0.11 wants it; `vim.lsp.enable('standpipe')` starts it.
return {
  cmd = require('standpipe').command(),
  filetypes = { 'standpipe' },
  -- Files that lie in no folder can be shown: `lua/standpipe/library.lua`.
  init_options = { virtualDocuments = true },
  root_markers = { 'standpipe.toml', '.git' },
}
