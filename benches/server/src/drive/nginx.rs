//! nginx in front of servers: what people use who have no gate in the service.

use std::path::Path;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::process::Child;

use super::child::leashed;
use super::patience::within;
use crate::Outcome;

/// A running nginx with one process that serves.
#[derive(Debug)]
pub struct Nginx {
    /// Ends nginx when it is dropped: its input ends.
    child: Child,
    /// Forwards to the bare service.
    pub bare: String,
    /// Asks the service of answers first.
    pub asking: String,
    /// Forwards to the gated service.
    pub gated: String,
}

/// Where the servers behind it are.
#[derive(Debug)]
pub struct Behind {
    /// The bare service.
    pub bare: String,
    /// The service of answers.
    pub answers: String,
    /// The gated service.
    pub gated: String,
}

impl Nginx {
    /// Starts it.
    ///
    /// # Errors
    ///
    /// It does not listen.
    pub async fn start(folder: &Path, core: usize, behind: &Behind) -> Outcome<Self> {
        let (bare, asking, gated) = (free().await?, free().await?, free().await?);
        let config = folder.join("nginx.conf");
        std::fs::write(&config, configuration(folder, behind, [&bare, &asking, &gated]))?;
        let (config, folder) = (config.to_string_lossy(), folder.to_string_lossy());
        let child = leashed(core, &["nginx", "-p", &folder, "-c", &config, "-e", "stderr"])?;
        let nginx = Self { child, bare, asking, gated };
        for _ in 0..100 {
            if TcpStream::connect(&nginx.bare).await.is_ok() {
                return Ok(nginx);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err("nginx does not listen".into())
    }

    /// The process whose children it consists of.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id().unwrap_or_default()
    }

    /// Ends it.
    ///
    /// # Errors
    ///
    /// It does not end.
    pub async fn stop(mut self) -> Outcome<()> {
        drop(self.child.stdin.take());
        within(Duration::from_secs(10), "the end of nginx", self.child.wait()).await??;
        Ok(())
    }
}

async fn free() -> Outcome<String> {
    Ok(TcpListener::bind("127.0.0.1:0").await?.local_addr()?.to_string())
}

/// Connections are kept on both sides, nothing is logged, and bodies stay in memory.
fn configuration(folder: &Path, behind: &Behind, listen: [&str; 3]) -> String {
    let (folder, [bare, asking, gated]) = (folder.display(), listen);
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let temporary = temporary.map(|kind| format!("{kind}_temp_path {folder}/{kind};")).join(" ");
    let upstream = |name: &str, address: &str| {
        format!(
            "upstream {name} {{ server {address}; keepalive 64; keepalive_requests 100000000; }}"
        )
    };
    let upstreams = [
        upstream("bare", &behind.bare),
        upstream("answers", &behind.answers),
        upstream("gated", &behind.gated),
    ]
    .join("\n  ");
    format!(
        r#"daemon off; worker_processes 1; user root root; pid {folder}/nginx.pid; error_log stderr error;
events {{ worker_connections 1024; }}
http {{
  access_log off; {temporary}
  client_body_buffer_size 16k; keepalive_requests 100000000; tcp_nodelay on;
  proxy_http_version 1.1; proxy_set_header Connection "";
  {upstreams}
  server {{ listen {bare}; location / {{ proxy_pass http://bare; }} }}
  server {{ listen {gated}; location / {{ proxy_pass http://gated; }} }}
  server {{
    listen {asking};
    location / {{ auth_request /.answer; proxy_pass http://bare; }}
    location = /.answer {{
      internal;
      proxy_pass http://answers$request_uri; proxy_method $request_method;
      proxy_pass_request_body off; proxy_set_header Content-Length ""; proxy_set_header Connection "";
    }}
  }}
}}
"#
    )
}
