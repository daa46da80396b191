-- Drives Neovim as a user would, with the set-up that `editors/install neovim` put into place and the language server
-- in STANDPIPE. Run in a copy of `editors/tests/project`:
--   nvim --headless --cmd "let g:standpipe_command = ['…/standpipe']" -c 'luafile …/client.lua'
-- Prints a line for each thing it tried, and ends with 1 when one went wrong.
local passed, failed = 0, 0

local function say(text)
  io.stdout:write(text .. '\n')
end

local function try(name, does)
  local ok, problem = xpcall(does, debug.traceback)
  if ok then
    passed = passed + 1
    say('ok ' .. name)
  else
    failed = failed + 1
    say('not ok ' .. name .. '\n' .. tostring(problem))
  end
end

local function equal(found, wanted)
  if not vim.deep_equal(found, wanted) then
    error('found  ' .. vim.inspect(found) .. '\nwanted ' .. vim.inspect(wanted), 2)
  end
end

-- The machine may be loaded: this is how long nothing at all may happen, not how long things take.
local PATIENCE = 20000

local function wait(what, is)
  if not vim.wait(PATIENCE, is, 20) then
    error('waited in vain until ' .. what, 2)
  end
end

local function lines()
  return vim.api.nvim_buf_get_lines(0, 0, -1, false)
end

-- Puts the cursor on the first place of `text`, or on the one after it where `after` is set.
local function go(text, after)
  for number, line in ipairs(lines()) do
    local from, to = line:find(text, 1, true)
    if from then
      vim.api.nvim_win_set_cursor(0, { number, after and to or from - 1 })
      return number
    end
  end
  error('no `' .. text .. '` in\n' .. table.concat(lines(), '\n'), 2)
end

local function change(old, new)
  local number = go(old)
  local line = vim.api.nvim_buf_get_lines(0, number - 1, number, false)[1]
  local from, to = line:find(old, 1, true)
  vim.api.nvim_buf_set_text(0, number - 1, from - 1, number - 1, to, { new })
end

local function clients()
  return (vim.lsp.get_clients or vim.lsp.buf_get_clients)(vim.lsp.get_clients and { bufnr = 0 } or 0)
end

local function messages()
  local found = {}
  for _, item in ipairs(vim.diagnostic.get(0)) do
    found[#found + 1] = item.message
  end
  return found
end

local function ask(method, params)
  local answers = assert(vim.lsp.buf_request_sync(0, method, params, PATIENCE), method .. ' timed out')
  for _, answer in pairs(answers) do
    assert(not answer.error, vim.inspect(answer.error))
    return answer.result
  end
end

local function here()
  local _, client = next(clients())
  return vim.lsp.util.make_position_params(0, client.offset_encoding)
end

-- The colours' names at `text`: of tree-sitter where it runs, else of the syntax file.
local function colours(text)
  local number = go(text)
  local column = vim.api.nvim_win_get_cursor(0)[2]
  local names = {}
  if vim.treesitter.highlighter and vim.treesitter.highlighter.active[vim.api.nvim_get_current_buf()] then
    vim.treesitter.get_parser(0):parse(true)
    for _, capture in ipairs(vim.treesitter.get_captures_at_pos(0, number - 1, column)) do
      names[capture.capture] = true
    end
  else
    for _, id in ipairs(vim.fn.synstack(number, column + 1)) do
      names[vim.fn.synIDattr(id, 'name')] = true
    end
  end
  return names
end

vim.o.swapfile = false
vim.cmd('filetype plugin indent on | syntax on | edit main.pipe')
local main = lines()

local version = vim.version()
say(string.format('# Neovim %d.%d.%d', version.major, version.minor, version.patch))

try('the file is Standpipe’s', function()
  equal(vim.bo.filetype, 'standpipe')
  equal({ vim.bo.commentstring, vim.bo.shiftwidth, vim.bo.expandtab }, { '# %s', 2, true })
end)

try('words, raw bodies and documentation have their colours', function()
  local tree_sitter = vim.fn.has('nvim-0.9') == 1
  local function has(text, syntax, capture)
    local names = colours(text)
    local wanted = tree_sitter and capture or syntax
    assert(names[wanted], text .. ' has no ' .. wanted .. ' but ' .. vim.inspect(names))
  end
  has('task count_words', 'standpipeDeclaration', 'keyword.function')
  has('String', 'standpipeBuiltinType', 'type.builtin')
  has('"a b"', 'standpipeString', 'string')
  has('## Counts', 'standpipeDocumentation', 'comment.documentation')
  has('sh:', 'standpipeAttribute', 'attribute')
  if tree_sitter then
    -- Neovim brings no grammar for Python: what is injected is known all the same.
    local query = vim.treesitter.query.get('standpipe', 'injections')
    local root = vim.treesitter.get_parser(0):trees()[1]:root()
    local found = {}
    for _, _, metadata in query:iter_matches(root, 0) do
      found[metadata['injection.language'] or ''] = true
    end
    assert(found.python and found.bash, vim.inspect(found))
  else
    assert(colours('return line')['pythonStatement'], vim.inspect(colours('return line')))
  end
end)

try('new lines are indented, and raw bodies left alone', function()
  vim.cmd('silent normal! ggVG=')
  equal(lines(), main)
  vim.api.nvim_win_set_cursor(0, { go('type Line'), 0 })
  vim.cmd('normal! oenv ml {\rpackages: [\r"a"\r]\r}\rtask f() -> Int {\rpython:\rif 1:\r    return 1\r')
  equal(vim.api.nvim_buf_get_lines(0, 3, 12, false), {
    'env ml {', '  packages: [', '    "a"', '  ]', '}', 'task f() -> Int {', '  python:', '    if 1:', '        return 1',
  })
  vim.api.nvim_buf_set_lines(0, 0, -1, false, main)
  vim.cmd('silent write')
end)

try('folds follow what is written', function()
  go('wc -w')
  wait('the body of a task folds', function()
    vim.cmd('normal! zxzM')
    return vim.fn.foldclosed('.') > 0
  end)
  vim.cmd('normal! zR')
end)

try('the server is attached', function()
  wait('a client is attached', function()
    local _, client = next(clients())
    return client ~= nil and (client.initialized ~= false)
  end)
  local _, client = next(clients())
  equal(client.name, 'standpipe')
  equal(client.config.root_dir, vim.fn.getcwd())
end)

try('a mistake is shown as it is typed, and goes when it is mended', function()
  change('n = count_words', 'n = count_wrds')
  wait('the mistake is shown', function() return #messages() > 0 end)
  assert(table.concat(messages(), '\n'):find('count_wrds', 1, true), vim.inspect(messages()))
  equal(vim.diagnostic.get(0)[1].lnum, go('count_wrds') - 1)
end)

try('its code action mends it', function()
  go('count_wrds')
  -- What the menu would show is answered with its first line.
  local offered
  vim.ui.select = function(items, options, chosen)
    offered = #items
    chosen(items[1], 1)
    return options
  end
  vim.lsp.buf.code_action()
  wait('the action is applied', function() return table.concat(lines(), '\n') == table.concat(main, '\n') end)
  assert(offered and offered > 0, 'no action was offered')
  wait('the mistake is gone', function() return #messages() == 0 end)
end)

try('completion knows what a module has', function()
  go('metrics.double', true)
  local params = here()
  params.position.character = params.position.character - #'double'
  local answer = ask('textDocument/completion', params)
  local found = {}
  for _, item in ipairs(answer.items or answer) do
    found[item.label:match('^[%w_]+')] = true
  end
  assert(found.double, vim.inspect(vim.tbl_keys(found)))
end)

try('hover shows the documentation', function()
  local shown
  local original = vim.lsp.util.open_floating_preview
  vim.lsp.util.open_floating_preview = function(contents, ...)
    shown = table.concat(contents, '\n')
    return original(contents, ...)
  end
  go('n = count_words')
  vim.cmd('normal! 4l')
  vim.lsp.buf.hover()
  wait('hover opens', function() return shown ~= nil end)
  vim.lsp.util.open_floating_preview = original
  assert(shown:find('Counts the words of a text.', 1, true), shown)
end)

try('definition goes to the other file', function()
  go('double(n)')
  vim.lsp.buf.definition()
  wait('the other file is shown', function() return vim.fn.expand('%:t') == 'metrics.pipe' end)
  equal(vim.api.nvim_win_get_cursor(0)[1], 2)
  vim.cmd('buffer main.pipe')
end)

try('definition goes into the standard library', function()
  vim.api.nvim_buf_set_lines(0, 0, 0, false, { 'import std/table { holdout }' })
  go('holdout')
  vim.lsp.buf.definition()
  wait('the library is shown', function() return vim.fn.bufname():find('std/table.pipe', 1, true) ~= nil end)
  local row = vim.api.nvim_win_get_cursor(0)[1]
  assert(lines()[row]:find('task holdout', 1, true), table.concat(lines(), '\n'))
  equal({ vim.bo.modifiable, vim.bo.filetype, vim.tbl_count(clients()) }, { false, 'standpipe', 0 })
  vim.cmd('buffer main.pipe')
  vim.api.nvim_buf_set_lines(0, 0, 1, false, {})
  wait('nothing is wrong', function() return #messages() == 0 end)
end)

try('references are all found', function()
  go('task count_words')
  vim.cmd('normal! w')
  local params = here()
  params.context = { includeDeclaration = true }
  local found = ask('textDocument/references', params)
  local rows = {}
  for _, place in ipairs(found) do
    rows[#rows + 1] = place.range.start.line + 1
  end
  table.sort(rows)
  equal(rows, { go('task count_words'), go('n = count_words') })
end)

try('rename reaches every use, in this file and the other', function()
  go('double(n)')
  vim.lsp.buf.rename('twice')
  wait('the use is renamed', function() return table.concat(lines(), '\n'):find('metrics.twice', 1, true) end)
  wait('the other file is changed', function()
    local other = vim.fn.bufnr('metrics.pipe')
    return table.concat(vim.api.nvim_buf_get_lines(other, 0, -1, false), '\n'):find('task twice', 1, true)
  end)
  vim.cmd('silent wall')
  wait('nothing is wrong', function() return #messages() == 0 end)
end)

try('symbols are listed', function()
  local found = ask('textDocument/documentSymbol', { textDocument = vim.lsp.util.make_text_document_params(0) })
  local names = vim.tbl_map(function(symbol) return symbol.name end, found)
  equal(names, { 'Line', 'count_words', 'shout', 'main' })
end)

try('a lens is carried out in a terminal', function()
  local found = ask('textDocument/codeLens', { textDocument = vim.lsp.util.make_text_document_params(0) })
  local file = vim.fn.expand('%:p')
  local ran = {}
  local original = vim.fn.termopen
  vim.fn.termopen = function(words) ran[#ran + 1] = vim.list_slice(words, 2) end
  for _, lens in ipairs(found) do
    vim.cmd('buffer main.pipe')
    vim.lsp.commands[lens.command.command](lens.command)
    vim.cmd('close')
  end
  vim.fn.termopen = original
  equal(ran, { { 'run', file, 'main' }, { 'plan', file, 'main' }, { 'plan', file, 'main' } })
end)

try('formatting mends the layout only', function()
  local before = lines()
  change('  m = metrics', '      m   =   metrics')
  if vim.lsp.buf.format then
    vim.lsp.buf.format({ timeout_ms = PATIENCE })
  else
    vim.lsp.buf.formatting_sync({}, PATIENCE)
  end
  equal(lines(), before)
end)

try('an edit in the middle of a character pair stays in step', function()
  change('"a b"', '"😀 b"')
  change('😀 b', '😀😀')
  change('😀😀', '😀x')
  change('n = count_words', 'n = count_wrds')
  wait('the mistake is where it is', function()
    local found = vim.diagnostic.get(0)[1]
    return found and found.lnum == go('count_wrds') - 1 and found.col == 6
  end)
end)

try('`:make` fills the quickfix list', function()
  vim.cmd('silent write | compiler standpipe')
  vim.o.makeprg = vim.o.makeprg:gsub('^standpipe', os.getenv('STANDPIPE'))
  vim.cmd('silent make!')
  local found = vim.tbl_filter(function(item) return item.valid == 1 end, vim.fn.getqflist())
  equal({ #found, found[1].lnum, found[1].type }, { 1, go('count_wrds'), 'e' })
end)

say(string.format('%d passed, %d failed', passed, failed))
vim.cmd((failed == 0 and passed > 0) and 'qall!' or 'cquit! 1')
