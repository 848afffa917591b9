//! Pages of the guide: Markdown with fenced blocks.

use std::path::PathBuf;

/// A page, and where it lies.
pub(crate) struct Page {
    path: PathBuf,
    pub(crate) text: String,
}

/// A fenced block. Its words stand behind the three backticks: `yaml (file p.yaml)`.
pub(crate) struct Block {
    pub(crate) words: Vec<String>,
    pub(crate) text: String,
    /// Where its text begins in the page.
    pub(crate) start: usize,
}

impl Page {
    /// The page of the guide with this name.
    pub(crate) fn read(name: &str) -> Self {
        let path = PathBuf::from(format!("{}/src/guide/{name}", env!("CARGO_MANIFEST_DIR")));
        let text = std::fs::read_to_string(&path).unwrap();
        Self { path, text }
    }

    /// Every fenced block, in order.
    pub(crate) fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut open: Option<Block> = None;
        let mut at = 0;
        for line in self.text.split_inclusive('\n') {
            at += line.len();
            match (line.trim_end().strip_prefix("```"), &mut open) {
                (Some(info), None) => {
                    let words = info.split([' ', '(', ')']).filter(|word| !word.is_empty());
                    let words = words.map(str::to_owned).collect();
                    open = Some(Block { words, text: String::new(), start: at });
                }
                (Some(_), Some(_)) => blocks.extend(open.take()),
                (None, Some(block)) => block.text.push_str(line),
                (None, None) => {}
            }
        }
        assert!(open.is_none(), "{}: a block is not closed", self.path.display());
        blocks
    }

    /// Compares the page with what it should be, or makes it so where `ROAMGATE_BLESS` is set.
    pub(crate) fn hold(&self, expected: &str) {
        if std::env::var_os("ROAMGATE_BLESS").is_some() {
            std::fs::write(&self.path, expected).unwrap();
            return;
        }
        let pairs = self.text.lines().zip(expected.lines()).enumerate();
        let differs = pairs.map(|(at, pair)| (at + 1, pair)).find(|(_, (is, should))| is != should);
        let hint = "`ROAMGATE_BLESS=1` rewrites it, for review";
        assert!(self.text == expected, "{}: {differs:?}; {hint}", self.path.display());
    }
}

impl Block {
    /// Is this one of the words?
    pub(crate) fn is(&self, word: &str) -> bool {
        self.words.iter().any(|it| it == word)
    }

    /// What the block says of itself after a word: `(file p.yaml)`.
    pub(crate) fn says(&self, name: &str) -> Option<&str> {
        self.words.iter().skip_while(|word| *word != name).nth(1).map(String::as_str)
    }
}
