//! Which columns of its tables a query takes. By name it can take only what its text has as a word; all of them where `*`,
//! the table's own name or places among columns stand for them. What was not looked into may do anything.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use sqlparser::dialect::DuckDbDialect;
use sqlparser::tokenizer::{Token, Tokenizer};

use super::scope::Relation;
use crate::{Inputs, Taken};

/// What has been seen on the way through a query.
#[derive(Default)]
pub(super) struct Seen {
    /// Inputs whose columns stand for more than what they are called.
    whole: FxHashSet<SmolStr>,
    /// Inputs that are read.
    read: FxHashSet<SmolStr>,
    /// There is something of which nothing is known.
    dark: bool,
    /// How often `SELECT` and `FROM` stood where the way led. Where they stand elsewhere, too, something was passed by.
    selects: usize,
    froms: usize,
}

impl Seen {
    pub(super) fn select(&mut self, from: bool) {
        self.selects += 1;
        self.froms += usize::from(from);
    }

    /// `FROM` that brings no table.
    pub(super) fn from(&mut self) {
        self.froms += 1;
    }

    pub(super) fn dark(&mut self) {
        self.dark = true;
    }

    pub(super) fn read(&mut self, input: &SmolStr) {
        self.read.insert(input.clone());
    }

    pub(super) fn whole(&mut self, relation: &Relation) {
        self.whole.extend(relation.input.clone());
    }

    /// Of each input that is taken only by the names of its columns: those that the text may name.
    pub(super) fn taken(&self, text: &str, inputs: &Inputs) -> Vec<Taken> {
        if self.dark || !self.has_led_everywhere(text) {
            return Vec::new();
        }
        let text = text.to_lowercase();
        let is_part = |ch: char| ch.is_alphanumeric() || ch == '_';
        let words: FxHashSet<&str> = text.split(|ch| !is_part(ch)).collect();
        let is_named = |column: &str| {
            let column = column.to_lowercase();
            if column.chars().all(is_part) { words.contains(column.as_str()) } else { text.contains(&column) }
        };
        // Within quotes a quote is written twice.
        let is_plain = |table: &&crate::Table| table.columns.iter().all(|column| !column.name.contains('"'));
        let narrow = inputs.tables.iter().filter(|table| {
            // Of other columns a name may be, too, and then it would be another's when they are not there.
            table.rest.is_none() && self.read.contains(&table.name) && !self.whole.contains(&table.name)
        });
        let taken = narrow.filter(is_plain).map(|table| {
            let columns = table.columns.iter().map(|column| &column.name).filter(|name| is_named(name));
            Taken { table: table.name.clone(), columns: columns.cloned().collect() }
        });
        taken.collect()
    }

    fn has_led_everywhere(&self, text: &str) -> bool {
        let Ok(tokens) = Tokenizer::new(&DuckDbDialect, text).tokenize() else { return false };
        let count = |wanted: &str| {
            let is = |token: &&Token| matches!(token, Token::Word(word) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case(wanted));
            tokens.iter().filter(is).count()
        };
        count("SELECT") == self.selects && count("FROM") == self.froms
    }
}
