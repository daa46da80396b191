-- Carries out what the server's lenses ask for, in a terminal: `:lua vim.lsp.codelens.refresh()` shows the lenses,
-- `:lua vim.lsp.codelens.run()` takes the one of the line.
local M = {}

--- The words after the program's name for each command, from the lens's arguments.
local words = {
  ['standpipe.run'] = function(file, pipeline, step)
    return step and { 'run', file, pipeline, '--only', step } or { 'run', file, pipeline }
  end,
  ['standpipe.plan'] = function(file, pipeline) return { 'plan', file, pipeline } end,
  -- The plan as a tree stands for the picture, which a terminal cannot show.
  ['standpipe.preview'] = function(file, pipeline) return { 'plan', file, pipeline } end,
  ['standpipe.test'] = function(file, name) return { 'test', file, '-k', name } end,
  ['standpipe.showRun'] = function(_, run, root) return { 'runs', 'show', run, '--root', root } end,
}

--- Makes the commands known; `run` gets the words and runs the program with them.
function M.attach(run)
  if not vim.lsp.commands then
    return
  end
  for name, of in pairs(words) do
    vim.lsp.commands[name] = function(command)
      local given = command.arguments
      run(of(vim.uri_to_fname(given[1]), given[2], given[3]))
    end
  end
end

return M
