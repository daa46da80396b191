" Comments and indentation of .pipe files, and in Neovim diagnostics from `standpipe lsp`.
setlocal commentstring=#\ %s comments=:##,:# expandtab shiftwidth=2 softtabstop=2

if has('nvim') && executable('standpipe')
  lua vim.lsp.start({
        \ name = 'standpipe',
        \ cmd = { 'standpipe', 'lsp' },
        \ root_dir = vim.fs.dirname(vim.fs.find({ 'standpipe.toml', '.git' }, { upward = true })[1]),
        \ })
endif
