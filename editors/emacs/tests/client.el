;;; client.el --- Drives Emacs and eglot as a user would  -*- lexical-binding: t; -*-

;; With the mode that `editors/install emacs' put into place, and the language server in STANDPIPE. Run in a copy of
;; `editors/tests/project':  emacs --batch -l .../client.el -f ert-run-tests-batch-and-exit

(require 'cl-lib)
(require 'ert)
(require 'package)
(package-initialize)
(require 'eglot)
(require 'flymake)
(require 'xref)

(defconst client-patience 20 "Seconds in which nothing at all may happen: not how long things take.")

(setq standpipe-command (list (getenv "STANDPIPE"))
      eglot-autoshutdown nil
      eglot-send-changes-idle-time 0.05
      eglot-sync-connect client-patience
      eglot-events-buffer-size 0
      make-backup-files nil
      create-lockfiles nil
      auto-save-default nil
      compilation-ask-about-save nil
      compilation-save-buffers-predicate #'ignore
      eglot-confirm-server-initiated-edits nil)

(defun client-wait (what is)
  "Let processes work until the function IS is true; WHAT says what that would be."
  (let ((end (+ (float-time) client-patience)))
    (while (not (funcall is))
      (when (> (float-time) end)
        (ert-fail (format "waited in vain until %s" what)))
      (accept-process-output nil 0.05))))

(defmacro client-in (file &rest body)
  "Run BODY in a buffer that visits FILE, as it is on disk, with the server attached."
  (declare (indent 1))
  `(with-current-buffer (find-file-noselect (expand-file-name ,file))
     (unless (eglot-managed-p)
       (call-interactively #'eglot)
       (client-wait "the server is attached" #'eglot-managed-p))
     (goto-char (point-min))
     (unwind-protect (progn ,@body)
       (with-current-buffer (find-file-noselect (expand-file-name ,file))
         (when (buffer-modified-p)
           (revert-buffer t t t))))))

(defun client-text ()
  "The buffer's text."
  (buffer-substring-no-properties (point-min) (point-max)))

(defun client-go (text)
  "Put point at the start of TEXT."
  (goto-char (point-min))
  (search-forward text)
  (goto-char (match-beginning 0)))

(defun client-change (old new)
  "Put NEW in the place of OLD."
  (client-go old)
  (delete-char (length old))
  (insert new)
  (eglot--signal-textDocument/didChange))

(defun client-mistakes ()
  "The messages of all mistakes that are shown."
  ;; What a timer does where somebody sits before the screen.
  (eglot--signal-textDocument/didChange)
  (flymake-start)
  (mapconcat #'flymake-diagnostic-text (flymake-diagnostics) "\n"))

(defun client-face (text)
  "The face at TEXT."
  (font-lock-ensure)
  (client-go text)
  (get-text-property (point) 'face))

(ert-deftest a-mode-for-pipe-files ()
  (with-current-buffer (find-file-noselect (expand-file-name "main.pipe"))
    (should (eq major-mode 'standpipe-mode))
    (should (equal comment-start "# "))
    (should-not indent-tabs-mode)))

(ert-deftest colours ()
  (with-current-buffer (find-file-noselect (expand-file-name "main.pipe"))
    (should (eq (client-face "task count_words") 'font-lock-keyword-face))
    (should (eq (client-face "count_words") 'font-lock-function-name-face))
    (should (eq (client-face "String,") 'font-lock-type-face))
    (should (eq (client-face "sh:") 'font-lock-preprocessor-face))
    (should (eq (client-face "\"a b\"") 'font-lock-string-face))
    (should (eq (client-face "## Counts") 'font-lock-comment-delimiter-face))
    (should (eq (client-face "return line") 'font-lock-keyword-face))
    (should (memq (client-face "\"$text\"") '(font-lock-string-face)))))

(ert-deftest colours-after-an-edit-of-a-body ()
  (client-in "main.pipe"
    (client-go "    return line")
    (insert "    '''a text with # and \" in it'''\n    import os\n")
    (should (eq (client-face "import os") 'font-lock-keyword-face))
    (should (eq (client-face "'''a text") 'font-lock-string-face))
    (should (eq (client-face "pipeline main") 'font-lock-keyword-face))))

(ert-deftest indentation ()
  (client-in "main.pipe"
    (let ((text (client-text)))
      (indent-region (point-min) (point-max))
      (should (equal (client-text) text)))
    (goto-char (point-min))
    (open-line 1)
    (let ((electric-indent-inhibit nil))
      (dolist (line '("env ml {" "packages: [" "\"a\"" "]" "}" "task f() -> Int {" "python:" "if 1:" "    return 1"))
        (insert line)
        (unless (string-prefix-p " " line) (indent-according-to-mode))
        (end-of-line)
        (newline)
        (indent-according-to-mode)))
    (should (string-prefix-p
             "env ml {\n  packages: [\n    \"a\"\n  ]\n}\ntask f() -> Int {\n  python:\n    if 1:\n"
             (client-text)))))

(defun client-outline (index)
  "The names in an imenu INDEX, which older versions group by kinds and newer ones nest as they stand."
  (cl-loop for (name . inside) in index
           append (cons (substring-no-properties name) (and (consp inside) (client-outline inside)))))

(ert-deftest the-outline ()
  (client-in "main.pipe"
    (should (member "count_words" (client-outline (funcall imenu-create-index-function))))))

(ert-deftest mistakes-as-they-are-typed-and-their-repair ()
  (client-in "main.pipe"
    (let ((text (client-text)))
      (client-change "n = count_words" "n = count_wrds")
      (client-wait "the mistake is shown" (lambda () (string-match-p "count_wrds" (client-mistakes))))
      (client-go "count_wrds")
      ;; What the menu would show is answered with its first line.
      (cl-letf (((symbol-function 'completing-read)
                 (lambda (_prompt choices &rest _)
                   (let ((first (car choices))) (if (consp first) (car first) first))))
                (last-nonmenu-event t))
        (eglot-code-actions (point) (+ (point) 10) "quickfix" t))
      (should (equal (client-text) text))
      (client-wait "the mistake is gone" (lambda () (equal (client-mistakes) ""))))))

(ert-deftest completion ()
  (client-in "main.pipe"
    (client-go "double(n)")
    (let* ((found (eglot-completion-at-point))
           (names (all-completions "" (nth 2 found))))
      (should (member "double" (mapcar (lambda (name) (replace-regexp-in-string "[^a-z_].*" "" (string-trim name))) names))))))

(ert-deftest hover ()
  (client-in "main.pipe"
    (client-go "count_words(text)\n")
    (let ((shown nil))
      (eglot-hover-eldoc-function (lambda (text &rest _) (setq shown text)))
      (client-wait "hover answers" (lambda () shown))
      (should (string-match-p "Counts the words of a text" shown)))))

(ert-deftest definition ()
  (client-in "main.pipe"
    (client-go "double(n)")
    (let* ((found (xref-backend-definitions 'eglot (xref-backend-identifier-at-point 'eglot)))
           (place (xref-item-location (car found))))
      (should (string-suffix-p "metrics.pipe" (xref-location-group place)))
      (should (equal (xref-location-line place) 2)))))

(ert-deftest rename ()
  (client-in "main.pipe"
    (client-go "double(n)")
    ;; It asks, for it changes a file that is not shown.
    (cl-letf (((symbol-function 'y-or-n-p) (lambda (&rest _) t)))
      (eglot-rename "twice"))
    (should (string-match-p "metrics\\.twice(n)" (client-text)))
    (with-current-buffer (find-file-noselect (expand-file-name "metrics.pipe"))
      (should (string-match-p "task twice" (client-text)))
      (revert-buffer t t t))))

(ert-deftest formatting ()
  (client-in "main.pipe"
    (let ((text (client-text)))
      (client-change "  m = metrics" "      m   =   metrics")
      (eglot-format-buffer)
      (should (equal (client-text) text)))))

(ert-deftest compilation ()
  "What `standpipe-check' prints leads to its places."
  (client-in "main.pipe"
    (client-change "n = count_words" "n = count_wrds")
    (write-region (point-min) (point-max) (expand-file-name "wrong.pipe"))
    (require 'compile)
    (let* ((buffer (compile (concat (shell-quote-argument (getenv "STANDPIPE")) " check --format line wrong.pipe"))))
      (client-wait "the check ends" (lambda () (not (get-buffer-process buffer))))
      (with-current-buffer buffer
        (goto-char (point-min))
        (compilation-next-error 1)
        (should (string-match-p "wrong\\.pipe:20:7: error" (buffer-substring (line-beginning-position) (line-end-position))))))
    (delete-file (expand-file-name "wrong.pipe"))))

;;; client.el ends here
