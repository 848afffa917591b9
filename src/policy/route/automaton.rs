//! The automaton: all templates at once, one look-up for each segment of a path.

use std::collections::{BTreeSet, HashMap};

use super::class::{Classes, Entry};
use super::path::{Hostile, segments};
use super::template::{Methods, Segment, Template};
use super::{Target, template};
use crate::policy::quick::QuickMap;

/// The automaton may have this many states, and this many places in templates in all of them.
const MAX_STATES: usize = 200_000;
const MAX_POSITIONS: usize = 2_000_000;

/// From a target to the number of its class.
#[derive(Clone, Debug)]
pub(crate) struct Automaton {
    states: Vec<State>,
    /// Where the paths lead that some template spells out. They are found at once.
    spelt_out: QuickMap<Box<str>, u32>,
    /// The class where no template can match any more.
    nowhere: u32,
}

#[derive(Clone, Debug, Default)]
struct State {
    literals: QuickMap<Box<str>, u32>,
    other: Option<u32>,
    /// Classes of the methods that some entry here names.
    methods: Vec<(Box<str>, u32)>,
    /// The class of every method nobody names here; `OPTIONS` is not among them.
    any: u32,
    /// The class of `OPTIONS` where nobody names it, and of a state in which no path ends.
    none: u32,
}

/// A place in a template: entry and count of segments passed.
type Position = (u32, u32);

impl Automaton {
    /// Builds the automaton. `None` where the templates combine into too many states.
    pub(crate) fn build<'a>(entries: &'a [Entry], classes: &mut Classes<'a>) -> Option<Self> {
        let mut builder = Builder {
            entries,
            classes,
            states: Vec::new(),
            known: HashMap::new(),
            pending: Vec::new(),
            positions: 0,
        };
        let start = (0..entries.len() as u32).map(|entry| (entry, 0)).collect();
        builder.state(start);
        while let Some((number, positions)) = builder.pending.pop() {
            let state = builder.expand(&positions);
            *builder.states.get_mut(number as usize)? = state;
            if builder.is_full() {
                return None;
            }
        }
        let nowhere = builder.classes.of(std::iter::empty());
        let automaton = Self { states: builder.states, spelt_out: QuickMap::default(), nowhere };
        let paths = entries.iter().filter_map(|entry| entry.template.spelt_out());
        let found = paths.filter_map(|path| {
            let state = automaton.walk(&path).ok()??;
            Some((path.into(), state))
        });
        Some(Self { spelt_out: found.collect(), ..automaton })
    }

    /// The class of a target.
    pub(crate) fn class(&self, target: &Target<'_>) -> Result<u32, Hostile> {
        let state = match self.spelt_out.get(target.path) {
            Some(state) => Some(*state),
            None => self.walk(target.path)?,
        };
        Ok(self.state(state).map_or(self.nowhere, |state| state.class(target.method)))
    }

    /// The state to which a path leads, segment by segment. `None` where no template can match any
    /// more.
    fn walk(&self, path: &str) -> Result<Option<u32>, Hostile> {
        let mut state = (!self.states.is_empty()).then_some(0);
        for segment in segments(path) {
            state = self.step(state, &segment?);
        }
        Ok(state)
    }
}

impl Automaton {
    /// The classes of all paths that a template describes.
    pub(crate) fn classes_of(&self, method: &str, template: &Template) -> BTreeSet<u32> {
        // `None` is where no template can match any more.
        let mut reached = BTreeSet::from([(!self.states.is_empty()).then_some(0)]);
        for segment in template.segments() {
            reached = match segment {
                Segment::Literal(text) => {
                    reached.into_iter().map(|state| self.step(state, text)).collect()
                }
                Segment::Any => self.after_any(&reached),
                Segment::Rest => self.closure(reached),
            };
        }
        let class = |state: Option<u32>| {
            self.state(state).map_or(self.nowhere, |state| state.class(method))
        };
        reached.into_iter().map(class).collect()
    }

    fn state(&self, number: Option<u32>) -> Option<&State> {
        self.states.get(number? as usize)
    }

    fn step(&self, from: Option<u32>, literal: &str) -> Option<u32> {
        let state = self.state(from)?;
        state.literals.get(literal).copied().or(state.other)
    }

    fn after_any(&self, from: &BTreeSet<Option<u32>>) -> BTreeSet<Option<u32>> {
        let next = from.iter().flat_map(|state| {
            let state = self.state(*state);
            let literals = state.into_iter().flat_map(|state| state.literals.values());
            literals.copied().map(Some).chain([state.and_then(|state| state.other)])
        });
        next.collect()
    }

    fn closure(&self, mut reached: BTreeSet<Option<u32>>) -> BTreeSet<Option<u32>> {
        loop {
            let next = self.after_any(&reached);
            if next.is_subset(&reached) {
                return reached;
            }
            reached.extend(next);
        }
    }
}

impl State {
    fn class(&self, method: &str) -> u32 {
        let named = self.methods.iter().find(|(name, _)| **name == *method);
        match named {
            Some((_, class)) => *class,
            None if method == "OPTIONS" => self.none,
            None => self.any,
        }
    }
}

struct Builder<'a, 'c> {
    entries: &'a [Entry],
    classes: &'c mut Classes<'a>,
    states: Vec<State>,
    known: HashMap<Vec<Position>, u32>,
    pending: Vec<(u32, Vec<Position>)>,
    /// How many places in templates all states hold together.
    positions: usize,
}

impl<'a> Builder<'a, '_> {
    /// Has the work reached its limit?
    fn is_full(&self) -> bool {
        self.states.len() > MAX_STATES || self.positions > MAX_POSITIONS
    }

    /// The number of the state for these positions.
    fn state(&mut self, mut positions: Vec<Position>) -> u32 {
        positions.sort_unstable();
        positions.dedup();
        if let Some(number) = self.known.get(&positions) {
            return *number;
        }
        if self.is_full() {
            // The automaton is given up as soon as this state is done.
            return 0;
        }
        self.positions += positions.len();
        let number = self.states.len() as u32;
        self.states.push(State::default());
        self.known.insert(positions.clone(), number);
        self.pending.push((number, positions));
        number
    }

    fn expand(&mut self, positions: &[Position]) -> State {
        let mut literals: HashMap<&'a str, Vec<Position>> = HashMap::new();
        let mut others = Vec::new();
        for &(entry, at) in positions {
            match self.segment(entry, at) {
                Some(Segment::Literal(text)) => {
                    literals.entry(text).or_default().push((entry, at + 1))
                }
                Some(Segment::Any) => others.push((entry, at + 1)),
                Some(Segment::Rest) => others.push((entry, at)),
                None => {}
            }
        }
        let ending: Vec<_> =
            positions.iter().filter_map(|position| self.ending(*position)).collect();
        let mut state = self.classify(&ending);
        for (text, mut next) in literals {
            next.extend(&others);
            let number = self.state(next);
            state.literals.insert(text.into(), number);
        }
        state.other = (!others.is_empty()).then(|| self.state(others));
        state
    }

    fn segment(&self, entry: u32, at: u32) -> Option<&'a template::Segment> {
        self.entries.get(entry as usize)?.template.segments().get(at as usize)
    }

    /// The entry, if a path may end at this position.
    fn ending(&self, (entry, at): Position) -> Option<&'a Entry> {
        let ends = matches!(self.segment(entry, at), None | Some(Segment::Rest));
        self.entries.get(entry as usize).filter(|_| ends)
    }

    fn classify(&mut self, ending: &[&'a Entry]) -> State {
        let mut names: Vec<&str> = Vec::new();
        for entry in ending {
            if let Methods::Named(named) = &entry.methods {
                names.extend(named.iter().map(Box::as_ref));
            }
        }
        if names.contains(&"GET") {
            names.push("HEAD");
        }
        names.sort_unstable();
        names.dedup();
        let mut class_of = |method: &str| {
            self.classes.of(ending.iter().copied().filter(|entry| entry.methods.accept(method)))
        };
        let methods = names.iter().map(|name| ((*name).into(), class_of(name))).collect();
        // No method has an empty name: it stands for all that nobody names.
        State { methods, any: class_of(""), none: class_of("OPTIONS"), ..State::default() }
    }
}
