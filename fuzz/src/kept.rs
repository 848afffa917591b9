//! Corpora that are kept: a file for each target, with an input in each line, as a JSON string of
//! its bytes.

use std::error::Error;
use std::path::Path;

const TARGETS: [&str; 5] =
    ["aggregator", "audit_line", "error_body", "roaming_answer", "token_answer"];
/// So much of each corpus is kept.
const MOST: usize = 64 * 1024;

pub fn unpack(home: &Path) -> Result<(), Box<dyn Error>> {
    for target in TARGETS {
        let corpus = home.join("corpus").join(target);
        std::fs::create_dir_all(&corpus)?;
        let text = std::fs::read_to_string(home.join("kept").join(target).with_extension("jsonl"))?;
        for (number, line) in text.lines().enumerate() {
            let letters: String = serde_json::from_str(line)?;
            let bytes = letters.chars().map(u8::try_from).collect::<Result<Vec<_>, _>>()?;
            std::fs::write(corpus.join(format!("kept-{number:04}")), bytes)?;
        }
    }
    Ok(())
}

pub fn pack(home: &Path) -> Result<(), Box<dyn Error>> {
    for target in TARGETS {
        let mut inputs = Vec::new();
        for entry in std::fs::read_dir(home.join("corpus").join(target))? {
            inputs.push(std::fs::read(entry?.path())?);
        }
        inputs.sort_by_key(|input| (input.len(), input.clone()));
        inputs.dedup();
        let mut text = String::new();
        for input in inputs {
            let letters: String = input.into_iter().map(char::from).collect();
            let line = serde_json::to_string(&letters)? + "\n";
            if text.len() + line.len() <= MOST {
                text += &line;
            }
        }
        std::fs::write(home.join("kept").join(target).with_extension("jsonl"), text)?;
    }
    Ok(())
}
