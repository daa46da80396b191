" Comments, indentation and folds of .pipe files; in Neovim the language server, and tree-sitter's colours where the
" parser was built.
if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1

setlocal commentstring=#\ %s comments=:##,:# formatoptions-=t formatoptions+=croql
setlocal expandtab shiftwidth=2 softtabstop=2 suffixesadd=.pipe
setlocal foldmethod=indent foldlevel=99
let b:undo_ftplugin = 'setlocal commentstring< comments< formatoptions< expandtab< shiftwidth< softtabstop<'
      \ . ' suffixesadd< foldmethod< foldlevel<'
let b:match_words = '\<if\>:\<else\>'

if has('nvim')
  lua require('standpipe').attach(0)
endif
