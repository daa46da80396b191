;;; standpipe-mode.el --- Editing of Standpipe's .pipe files  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: Apache-2.0
;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1"))
;; Keywords: languages

;;; Commentary:

;; Colours, indentation, comments and an outline of .pipe files; raw bodies in the colours of their own language; and
;; the language server for `eglot' (part of Emacs from 29 on, else the package of that name).

;;; Code:

(require 'imenu)
(require 'python)
(require 'sh-script)
(require 'sql)

(defgroup standpipe nil
  "Editing of Standpipe's pipelines."
  :group 'languages
  :prefix "standpipe-")

(defcustom standpipe-command '("standpipe")
  "The program, with arguments that stand before the command."
  :type '(repeat string))

(defcustom standpipe-indent-offset 2
  "Columns by which what stands between braces is indented."
  :type 'integer
  :safe #'integerp)

;;; Words, as the compiler has them

(defconst standpipe-declarations
  '("import" "type" "artifact" "const" "env" "task" "effect" "pipeline" "service" "schedule" "test")
  "Words that a declaration starts with, at the left edge.")

(defconst standpipe-keywords
  '("and" "else" "for" "if" "in" "loop" "match" "not" "or" "sweep" "try")
  "Words with a meaning in expressions.")

(defconst standpipe-clauses
  '("limit" "until" "maximize" "minimize" "using" "step" "deploy" "as" "expect")
  "Words with a meaning in one place, and plain names in all others.")

(defconst standpipe-constants
  '("true" "false" "none")
  "Values that are words.")

(defconst standpipe-types
  '("Bool" "Date" "Dir" "Duration" "Endpoint" "File" "Float" "Int" "Json" "List" "Map" "Secret" "Size" "String" "Table"
    "Tensor" "Time")
  "Types of the language.")

(defconst standpipe-attributes
  '("after" "cache" "catch_up" "container" "cpu" "cron" "disk" "env" "every" "frame" "gpu" "health" "idempotent"
    "limit" "memory" "network" "on_change" "overlap" "packages" "port" "priority" "probe" "python" "replicas" "retry"
    "run" "sh" "sql" "tags" "timeout" "timezone" "webhook")
  "Attributes of declarations.")

;;; Colours

(defconst standpipe--body-regexp "^\\([ \t]*\\)\\(python\\|sh\\|sql\\):[ \t]*\\(?:#.*\\)?$"
  "What a raw body follows.")

(defun standpipe--words (words)
  "A regular expression for any of WORDS that is no field or argument."
  (concat "\\(?:^\\|[^.[:alnum:]_]\\)\\(" (regexp-opt words) "\\)\\_>[^:]"))

(defconst standpipe-font-lock-keywords
  `((,(concat "^" (regexp-opt standpipe-declarations 'symbols)) (1 font-lock-keyword-face))
    (,(concat "^\\(?:task\\|effect\\|pipeline\\|service\\|schedule\\|env\\|const\\)[ \t]+\\([a-z_][[:alnum:]_]*\\)")
     (1 font-lock-function-name-face))
    (,(concat "^[ \t]+" (regexp-opt standpipe-attributes 'symbols) ":") (1 font-lock-preprocessor-face))
    (,(standpipe--words standpipe-keywords) (1 font-lock-keyword-face))
    (,(standpipe--words standpipe-clauses) (1 font-lock-keyword-face))
    (,(standpipe--words standpipe-constants) (1 font-lock-constant-face))
    (,(regexp-opt standpipe-types 'symbols) . font-lock-type-face)
    ("\\_<[A-Z][[:alnum:]_]*\\_>" . font-lock-type-face)
    ("\\_<\\([a-z_][[:alnum:]_]*\\):" (1 font-lock-variable-name-face))
    (,(concat "\\_<[0-9][0-9_]*\\(?:\\.[0-9][0-9_]*\\)?\\(?:[eE][+-]?[0-9]+\\)?"
              "\\(?:ms\\|[smhd]\\|[KMGT]i?B\\|B\\|%\\)?")
     . font-lock-constant-face))
  "Colours outside of raw bodies.")

(defun standpipe--body-at (position)
  "The raw body that POSITION stands in, as (LANGUAGE START END), or nil."
  (save-excursion
    (goto-char position)
    (end-of-line)
    (let (found)
      (while (and (not found) (re-search-backward standpipe--body-regexp nil t))
        (let* ((outer (current-indentation))
               (language (match-string-no-properties 2))
               (start (min (1+ (line-end-position)) (point-max)))
               (end (standpipe--body-end start outer)))
          (cond ((and (>= position start) (< position end)) (setq found (list language start end)))
                ;; Bodies do not nest: the nearest one above decides, unless it is text of a body itself.
                ((= outer 0) (setq found 'none))
                ((standpipe--declaration-between-p end position) (setq found 'none)))))
      (and (consp found) found))))

(defun standpipe--declaration-between-p (start end)
  "Whether a line at the left edge begins between START and END."
  (save-excursion
    (goto-char start)
    (and (< start end) (re-search-forward "^[^ \t\n#]" end t))))

(defun standpipe--body-end (start outer)
  "The end of the lines from START on that are indented deeper than OUTER."
  (save-excursion
    (goto-char start)
    (let ((end start))
      (while (and (not (eobp))
                  (or (looking-at-p "[ \t]*$") (> (current-indentation) outer)))
        (unless (looking-at-p "[ \t]*$")
          (setq end (line-end-position)))
        (forward-line 1))
      (min (1+ end) (point-max)))))

(defvar standpipe--modes '(("python" . python-mode) ("sh" . sh-mode) ("sql" . sql-mode))
  "What colours the bodies of each language.")

(defvar standpipe--colouring (make-hash-table :test #'equal)
  "For each language a buffer in which its bodies are coloured.")

(defun standpipe--colouring-buffer (language)
  "A buffer in the mode of LANGUAGE."
  (let ((buffer (gethash language standpipe--colouring)))
    (unless (buffer-live-p buffer)
      (setq buffer (get-buffer-create (format " *standpipe %s*" language)))
      (with-current-buffer buffer
        (let ((inhibit-message t) (sh-shell-file "/bin/bash"))
          (delay-mode-hooks (funcall (cdr (assoc language standpipe--modes))))))
      (puthash language buffer standpipe--colouring))
    buffer))

(defun standpipe--colour-body (language start end)
  "Colour what stands between START and END as LANGUAGE does."
  (let ((text (buffer-substring-no-properties start end))
        (buffer (standpipe--colouring-buffer language))
        (target (current-buffer)))
    (with-silent-modifications
      (remove-text-properties start end '(face nil font-lock-multiline nil))
      (put-text-property start end 'font-lock-fontified t)
      (with-current-buffer buffer
        (erase-buffer)
        (insert text)
        (font-lock-ensure)
        (let ((at (point-min)))
          (while (< at (point-max))
            (let ((next (next-single-property-change at 'face nil (point-max)))
                  (face (get-text-property at 'face)))
              (when face
                (put-text-property (+ start (1- at)) (+ start (1- next)) 'face face target))
              (setq at next))))))))

(defun standpipe--fontify (start end &optional loudly)
  "Colour from START to END, raw bodies by their own languages.
LOUDLY is as for `font-lock-default-fontify-region'."
  (let ((body (standpipe--body-at start)))
    (when body
      (setq start (nth 1 body))))
  (save-excursion
    (goto-char end)
    (setq end (line-end-position)))
  (let ((result (font-lock-default-fontify-region start end loudly)))
    (save-excursion
      (goto-char start)
      (beginning-of-line)
      (let ((at (standpipe--body-at start)))
        (when at
          (apply #'standpipe--colour-body at)
          (goto-char (nth 2 at))))
      (while (and (< (point) end) (re-search-forward standpipe--body-regexp end t))
        (let* ((outer (save-excursion (beginning-of-line) (current-indentation)))
               (language (match-string-no-properties 2))
               (from (min (1+ (line-end-position)) (point-max)))
               (to (standpipe--body-end from outer)))
          (when (< from to)
            (standpipe--colour-body language from to)
            (goto-char to)
            (setq end (max end to))))))
    (ignore result)
    `(jit-lock-bounds ,start . ,end)))

(defun standpipe--propertize (start end)
  "Take quotes and number signs of raw bodies between START and END for plain text."
  (goto-char start)
  (let ((body (standpipe--body-at start)))
    (when body
      (standpipe--plain (max start (nth 1 body)) (min end (nth 2 body)))
      (goto-char (min end (nth 2 body)))))
  (while (and (< (point) end) (re-search-forward standpipe--body-regexp end t))
    (let* ((outer (save-excursion (beginning-of-line) (current-indentation)))
           (from (min (1+ (line-end-position)) (point-max)))
           (to (min end (standpipe--body-end from outer))))
      (when (< from to)
        (standpipe--plain from to)
        (goto-char to)))))

(defun standpipe--plain (start end)
  "Make punctuation of quotes, brackets and number signs from START to END."
  (save-excursion
    (goto-char start)
    (while (re-search-forward "[]\"#'(){}[\\]" end t)
      (put-text-property (1- (point)) (point) 'syntax-table (string-to-syntax ".")))))

(defvar standpipe-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?# "<" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?\\ "\\" table)
    (modify-syntax-entry ?_ "_" table)
    (modify-syntax-entry ?' "." table)
    (dolist (sign '(?+ ?- ?* ?/ ?= ?< ?> ?| ?? ?% ?$))
      (modify-syntax-entry sign "." table))
    table)
  "Syntax of .pipe files.")

;;; Indentation

(defun standpipe-indent-line ()
  "Indent the line: two columns for each open bracket; a raw body stays as it is."
  (interactive)
  (let ((column (standpipe--column)))
    (if (null column)
        'noindent
      (if (<= (current-column) (current-indentation))
          (indent-line-to column)
        (save-excursion (indent-line-to column))))))

(defun standpipe--column ()
  "The column that the line belongs at, or nil to leave it."
  (save-excursion
    (beginning-of-line)
    (syntax-propertize (line-end-position))
    (let ((body (standpipe--body-above)))
      (cond
       ((and body (not (looking-at-p "[ \t]*[])}]")))
        (if (= (nth 1 body) (standpipe--previous-line))
            (+ (car body) standpipe-indent-offset)
          (if (> (current-indentation) (car body)) nil (standpipe--bracket-column))))
       (t (standpipe--bracket-column))))))

(defun standpipe--previous-line ()
  "Where the last line with text before this one starts."
  (save-excursion
    (forward-line -1)
    (while (and (not (bobp)) (looking-at-p "[ \t]*$"))
      (forward-line -1))
    (point)))

(defun standpipe--body-above ()
  "Indentation and start of the line of a raw body that ends right above, or nil."
  (save-excursion
    (let ((start (standpipe--previous-line)) body)
      (goto-char start)
      (if (looking-at standpipe--body-regexp)
          (list (current-indentation) start)
        (setq body (standpipe--body-at (line-end-position)))
        (when body
          (goto-char (nth 1 body))
          (forward-line -1)
          (list (current-indentation) (point)))))))

(defun standpipe--bracket-column ()
  "The column by the brackets that are open."
  (let* ((closes (looking-at-p "[ \t]*[])}]"))
         (open (nth 1 (syntax-ppss (line-beginning-position)))))
    (if (null open)
        0
      (save-excursion
        (goto-char open)
        (+ (current-indentation) (if closes 0 standpipe-indent-offset))))))

;;; Outline

(defvar standpipe-imenu-generic-expression
  '(("Pipelines" "^pipeline[ \t]+\\([a-z_][[:alnum:]_]*\\)" 1)
    ("Tasks" "^\\(?:task\\|effect\\|service\\)[ \t]+\\([a-z_][[:alnum:]_]*\\)" 1)
    ("Types" "^\\(?:type\\|artifact\\)[ \t]+\\([A-Z][[:alnum:]_]*\\)" 1)
    ("Others" "^\\(?:env\\|const\\|schedule\\)[ \t]+\\([a-z_][[:alnum:]_]*\\)" 1)
    ("Tests" "^test[ \t]+\"\\([^\"\n]*\\)\"" 1))
  "What `imenu' shows.")

;;; Commands

(defun standpipe--compile (&rest words)
  "Run the program with WORDS in the file's folder."
  (save-some-buffers t (lambda () (derived-mode-p 'standpipe-mode)))
  (compile (mapconcat #'shell-quote-argument (append standpipe-command words) " ")))

(defun standpipe-check ()
  "Show every mistake of the project that can be known before anything runs."
  (interactive)
  (standpipe--compile "check" "--format" "line"))

(defun standpipe-run ()
  "Run the pipeline of this file."
  (interactive)
  (standpipe--compile "run" (buffer-file-name)))

(defun standpipe-plan ()
  "Show what a run of this file would do."
  (interactive)
  (standpipe--compile "plan" (buffer-file-name)))

(defvar standpipe-mode-map
  (let ((map (make-sparse-keymap)))
    (define-key map (kbd "C-c C-c") #'standpipe-run)
    (define-key map (kbd "C-c C-p") #'standpipe-plan)
    (define-key map (kbd "C-c C-k") #'standpipe-check)
    map)
  "Keys of `standpipe-mode'.")

(with-eval-after-load 'compile
  (defvar compilation-error-regexp-alist)
  (defvar compilation-error-regexp-alist-alist)
  (add-to-list 'compilation-error-regexp-alist-alist
               '(standpipe "^\\([^:\n]+\\.pipe\\|[^:\n]+\\.\\(?:py\\|sh\\|sql\\)\\):\\([0-9]+\\):\\([0-9]+\\): \\(?:error\\|\\(warning\\)\\|\\(note\\)\\)\\["
                           1 2 3 (4 . 5)))
  (add-to-list 'compilation-error-regexp-alist 'standpipe))

;;;###autoload
(define-derived-mode standpipe-mode prog-mode "Standpipe"
  "Major mode for Standpipe's .pipe files."
  (setq-local comment-start "# "
              comment-end ""
              comment-start-skip "#+[ \t]*"
              indent-tabs-mode nil
              tab-width 2
              indent-line-function #'standpipe-indent-line
              imenu-generic-expression standpipe-imenu-generic-expression
              syntax-propertize-function #'standpipe--propertize
              parse-sexp-lookup-properties t
              font-lock-defaults '(standpipe-font-lock-keywords
                                   nil nil nil
                                   (font-lock-fontify-region-function . standpipe--fontify))
              font-lock-multiline t))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.pipe\\'" . standpipe-mode))

;;;###autoload
(with-eval-after-load 'eglot
  (defvar eglot-server-programs)
  (add-to-list 'eglot-server-programs
               (cons 'standpipe-mode (lambda (&rest _) (append standpipe-command '("lsp"))))))

(provide 'standpipe-mode)

;;; standpipe-mode.el ends here
