//! [`Contest`]: servers side by side, with load in turns.

use std::path::PathBuf;

use tempfile::TempDir;

use super::Options;
use super::agreement::{Protocol, refused_by};
use super::child::{Server, cpu_time};
use super::comparison::Row;
use super::load::{Load, Sample};
use crate::Outcome;

/// Servers that are compared.
#[derive(Debug)]
pub struct Contest {
    options: Options,
    /// What they write: on the disk on which results are, and not in memory.
    folder: TempDir,
    servers: Vec<Server>,
    contestants: Vec<Contestant>,
}

/// Something that is compared: a name, an address, and the processes it consists of.
#[derive(Clone, Debug)]
struct Contestant {
    name: String,
    address: String,
    pids: Vec<u32>,
    server: Option<usize>,
    /// How many requests it refused before it had load.
    refused: u64,
}

impl Contest {
    /// Nobody yet.
    ///
    /// # Errors
    ///
    /// There is no folder to write to.
    pub fn new(options: &Options) -> Outcome<Self> {
        std::fs::create_dir_all("target")?;
        let folder = tempfile::Builder::new().prefix("server-").tempdir_in("target")?;
        let (servers, contestants) = (Vec::new(), Vec::new());
        Ok(Self { options: options.clone(), folder, servers, contestants })
    }

    /// Where files may be written.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap_or_default()
    }

    /// How the run goes.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Starts a server, and lets it take part. Which one it is.
    ///
    /// # Errors
    ///
    /// It does not start.
    pub async fn add(&mut self, name: &str, arguments: &[&str]) -> Outcome<usize> {
        let position = self.help(arguments).await?;
        let pids = self.servers.get(position).map(Server::pid).into_iter().collect();
        let (name, address) = (name.to_owned(), self.address(position));
        let server = Some(position);
        self.contestants.push(Contestant { name, address, pids, server, refused: 0 });
        Ok(position)
    }

    /// Starts a server that others need. Which one it is.
    ///
    /// # Errors
    ///
    /// It does not start.
    pub async fn help(&mut self, arguments: &[&str]) -> Outcome<usize> {
        let position = self.servers.len();
        let log = self.folder().join(format!("decisions-{position}.jsonl"));
        let own = ["--log".to_owned(), log.to_string_lossy().into_owned()];
        let arguments: Vec<_> = arguments.iter().map(|it| (*it).to_owned()).chain(own).collect();
        self.servers.push(Server::start(self.options.server_core, &arguments).await?);
        Ok(position)
    }

    /// Where a server listens.
    #[must_use]
    pub fn address(&self, server: usize) -> String {
        self.servers.get(server).map(|server| server.address.clone()).unwrap_or_default()
    }

    /// Lets something else take part, which needs these processes and all servers.
    pub fn join(&mut self, name: &str, address: String, pids: &[u32]) {
        let servers = self.servers.iter().map(Server::pid);
        let pids = servers.chain(pids.iter().copied()).collect();
        let name = name.to_owned();
        self.contestants.push(Contestant { name, address, pids, server: None, refused: 0 });
    }

    /// Asks all of them the same, to see that they agree.
    ///
    /// # Errors
    ///
    /// One of them does not.
    pub async fn agree(&mut self, protocol: Protocol) -> Outcome<()> {
        for Contestant { name, address, refused, .. } in &mut self.contestants {
            *refused = refused_by(name, address, protocol).await?;
        }
        Ok(())
    }

    /// Puts load on all of them in turns. The first one is what the others are compared with.
    ///
    /// # Errors
    ///
    /// The generator fails, or a server does.
    pub async fn run(&self, load: &Load) -> Outcome<Vec<Row>> {
        let mut samples: Vec<Vec<Sample>> = vec![Vec::new(); self.contestants.len()];
        if !self.options.smoke {
            for contestant in &self.contestants {
                load.run(&contestant.address, 1).await?;
            }
        }
        for round in 0..self.options.rounds {
            let mut turns: Vec<_> = self.contestants.iter().zip(&mut samples).collect();
            if round % 2 == 1 {
                turns.reverse();
            }
            for (contestant, samples) in turns {
                samples.push(self.turn(contestant, load).await?);
                self.forget_records()?;
            }
        }
        Ok(self.rows(&samples))
    }

    /// Ends all servers. What they say of themselves is added to the rows.
    ///
    /// # Errors
    ///
    /// A server does not end.
    pub async fn end(self, rows: &mut [Row]) -> Outcome<()> {
        let mut farewells = Vec::new();
        for server in self.servers {
            farewells.push(server.stop().await?);
        }
        for (row, contestant) in rows.iter_mut().zip(&self.contestants) {
            if let Some(farewell) = contestant.server.and_then(|server| farewells.get(server)) {
                row.ends(farewell, contestant.refused);
            }
        }
        Ok(())
    }

    async fn turn(&self, contestant: &Contestant, load: &Load) -> Outcome<Sample> {
        let before = cpu_time(&contestant.pids);
        let sample = load.run(&contestant.address, self.options.seconds).await?;
        let cpu = (cpu_time(&contestant.pids) - before) / sample.requests;
        Ok(Sample { cpu, ..sample })
    }

    /// The disk has what it has had to write; it need not keep it.
    fn forget_records(&self) -> Outcome<()> {
        for entry in std::fs::read_dir(self.folder.path())? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "jsonl") {
                std::fs::File::options().write(true).open(path)?.set_len(0)?;
            }
        }
        Ok(())
    }

    fn rows(&self, samples: &[Vec<Sample>]) -> Vec<Row> {
        let all = self.contestants.iter().zip(samples);
        let Some((first, base)) = all.clone().next() else { return Vec::new() };
        let row = |(it, samples): (&Contestant, &Vec<Sample>)| {
            Row::of(&it.name, samples, (&first.name, base))
        };
        all.map(row).collect()
    }
}
