-- Starts the language server in Neovim 0.7 to 0.10 (for newer ones see `plugin/standpipe.lua`), and runs and plans what
-- the buffer holds. Set in `init.lua` or `init.vim`:
--   vim.g.standpipe_command = { '/path/to/standpipe' }   which program; default: { 'standpipe' }
--   vim.g.standpipe_lsp = false                          no language server
--   vim.g.standpipe_treesitter = false                   colours by the syntax file even where the parser was built
local M = {}

--- The program, with `...` as its arguments.
function M.program(...)
  local command = vim.g.standpipe_command or { 'standpipe' }
  if type(command) == 'string' then
    command = { command }
  end
  local all = {}
  for _, word in ipairs(command) do
    all[#all + 1] = word
  end
  for _, word in ipairs({ ... }) do
    all[#all + 1] = word
  end
  return all
end

--- What starts the language server.
function M.command()
  return M.program('lsp')
end

--- The project's folder of a file: the nearest upward with `standpipe.toml`, else with `.git`, else the file's.
function M.root(path)
  local folder = vim.fn.fnamemodify(path, ':p:h')
  for _, marker in ipairs({ 'standpipe.toml', '.git' }) do
    local found = vim.fn.findfile(marker, folder .. ';')
    if found == '' then
      found = vim.fn.finddir(marker, folder .. ';')
    end
    if found ~= '' then
      return vim.fn.fnamemodify(found, ':p:h' .. (vim.fn.isdirectory(found) == 1 and ':h' or ''))
    end
  end
  return folder
end

-- Neovim 0.7 has no `vim.lsp.start`: clients by their root.
local clients = {}

local function start_by_hand(buffer, config)
  local client = clients[config.root_dir]
  if not client or vim.lsp.client_is_stopped(client) then
    client = vim.lsp.start_client(config)
    clients[config.root_dir] = client
  end
  if client then
    vim.lsp.buf_attach_client(buffer, client)
  end
end

local function start_server(buffer)
  local command = M.command()
  if vim.fn.executable(command[1]) == 0 or (vim.lsp.config and vim.lsp.enable) then
    return
  end
  local config = { name = 'standpipe', cmd = command, root_dir = M.root(vim.api.nvim_buf_get_name(buffer)) }
  config.init_options = { virtualDocuments = true }
  if vim.lsp.start then
    vim.lsp.start(config, { bufnr = buffer })
  else
    start_by_hand(buffer, config)
  end
end

local function start_treesitter(buffer)
  if not (vim.treesitter and vim.treesitter.start) then
    return
  end
  -- Without its parser it raises an error; the syntax file then colours.
  if pcall(vim.treesitter.start, buffer, 'standpipe') and vim.treesitter.foldexpr then
    vim.wo.foldmethod = 'expr'
    vim.wo.foldexpr = 'v:lua.vim.treesitter.foldexpr()'
  end
end

local function terminal(arguments)
  vim.cmd('update')
  vim.cmd('botright 15new')
  vim.fn.termopen(arguments, { cwd = M.root(vim.fn.bufname('#')) })
end

--- Sets up a buffer that holds a .pipe file.
function M.attach(buffer)
  buffer = buffer == 0 and vim.api.nvim_get_current_buf() or buffer
  if vim.g.standpipe_treesitter ~= false then
    start_treesitter(buffer)
  end
  if vim.g.standpipe_lsp ~= false and vim.bo[buffer].buftype == '' then
    start_server(buffer)
  end
  require('standpipe.lenses').attach(function(words) terminal(M.program(unpack(words))) end)
  for name, words in pairs({ Run = { 'run' }, Plan = { 'plan' }, Check = { 'check' } }) do
    vim.api.nvim_buf_create_user_command(buffer, 'Standpipe' .. name, function(options)
      local arguments = M.program(words[1], vim.api.nvim_buf_get_name(buffer))
      vim.list_extend(arguments, options.fargs)
      terminal(arguments)
    end, { nargs = '*', desc = 'standpipe ' .. words[1] .. ' on this file' })
  end
end

return M
