//! Where each country stands on the map.

use roamgate::Country;

/// The map, as `world.txt` draws it.
pub(super) struct Atlas {
    pub(super) panels: Vec<Panel>,
}

/// A part of the map. Parts stand beside each other, or below where the screen is narrow.
pub(super) struct Panel {
    columns: usize,
    pub(super) tiles: Vec<Tile>,
}

/// The place of a country in its panel, counted from one.
pub(super) struct Tile {
    pub(super) country: Country,
    row: usize,
    column: usize,
}

const WORLD: &str = include_str!("world.txt");

impl Atlas {
    pub(super) fn new() -> Self {
        let panels = (0..rows().next().map_or(0, |row| row.split('|').count())).map(Panel::new);
        Self { panels: panels.collect() }
    }

    /// The places, which are the same on every map of a page.
    pub(super) fn css(&self) -> String {
        let count = rows().count();
        let widest = self.panels.iter().map(|panel| panel.columns).max().unwrap_or_default();
        let mut css = format!(".panel{{--rows:{count};--widest:{widest}}}\n");
        for (at, Panel { columns, tiles }) in self.panels.iter().enumerate() {
            css += &format!(".p{at}{{--columns:{columns}}}\n");
            for Tile { country, row, column } in tiles {
                css += &format!(".t-{country}{{grid-area:{row}/{column}}}\n");
            }
        }
        css
    }
}

impl Panel {
    fn new(at: usize) -> Self {
        let parts = rows().map(|row| row.split('|').nth(at).unwrap_or_default());
        let mut panel = Self { columns: 0, tiles: Vec::new() };
        for (row, part) in (1..).zip(parts) {
            let words: Vec<_> = part.split_whitespace().collect();
            panel.columns = panel.columns.max(words.len());
            panel.tiles.extend((1..).zip(words).filter_map(|(column, word)| {
                Country::from_code(word).map(|country| Tile { country, row, column })
            }));
        }
        panel
    }
}

fn rows() -> impl Iterator<Item = &'static str> {
    lines(WORLD)
}

fn lines(file: &'static str) -> impl Iterator<Item = &'static str> {
    file.lines().filter(|line| !line.starts_with('#'))
}
