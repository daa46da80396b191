-- What the language server leads to that lies in no folder.
vim.api.nvim_create_autocmd('BufReadCmd', {
  pattern = 'standpipe:/*',
  callback = function(event) require('standpipe.library').show(event.buf, event.match) end,
})

-- Neovim 0.11 starts the language server by itself for every .pipe file; older ones start it in `lua/standpipe`.
if vim.lsp.config and vim.lsp.enable and vim.g.standpipe_lsp ~= false then
  if vim.fn.executable(require('standpipe').command()[1]) == 1 then
    vim.lsp.enable('standpipe')
  end
end
