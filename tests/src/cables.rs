//! A network namespace for each node, on virtual cables that can be moved from one switch to another: partitions as
//! the kernel makes them, without packet filters.
//!
//! Each namespace has two cables. One leads to the switch on which the nodes meet and is what a partition moves. The
//! other leads to this process, for RPC, and never moves; its network is of these two ends only, so nodes cannot meet
//! over it.

use std::{
    net::Ipv4Addr,
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use anyhow::{Context, Result, bail, ensure};

/// Several networks of one process have different names.
static COUNT: AtomicU32 = AtomicU32::new(0);

/// A namespace and its addresses.
#[derive(Clone)]
pub struct Space {
    /// The namespace's name.
    pub name: String,
    /// Where the node meets others.
    pub peers: Ipv4Addr,
    /// Where the node answers this process.
    pub rpc: Ipv4Addr,
    port: String,
}

/// The switches and namespaces of one network. All of them end when this is dropped.
pub struct Cables {
    id: String,
    subnet: u8,
    switches: usize,
    spaces: Vec<Space>,
}

impl Cables {
    /// Why namespaces cannot be used here; nothing if they can.
    pub fn obstacle() -> Option<String> {
        if !rustix::process::geteuid().is_root() {
            return Some("network namespaces need root rights".to_owned());
        }
        ip(&["netns", "list"]).err().map(|error| format!("`ip netns` does not work: {error:#}"))
    }

    /// A first switch, without namespaces yet.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn lay() -> Result<Self> {
        let id = format!("{}n{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let subnet = free_subnet()?;
        let mut cables = Self { id, subnet, switches: 0, spaces: Vec::new() };
        cables.switch(0)?;
        Ok(cables)
    }

    /// A further namespace, connected to the first switch.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn connect(&mut self) -> Result<Space> {
        let index = u8::try_from(self.spaces.len()).context("too many namespaces")?;
        ensure!(index < 60, "too many namespaces");
        let (id, subnet) = (&self.id, self.subnet);
        let space = Space {
            name: format!("medshare-{id}-{index}"),
            peers: Ipv4Addr::new(10, 214, subnet, index + 1),
            rpc: Ipv4Addr::new(10, 215, subnet, 4 * index + 2),
            port: format!("mp{id}x{index}"),
        };
        let (name, port, control) = (space.name.clone(), space.port.clone(), format!("mc{id}x{index}"));
        // From here on the namespace is removed when this is dropped, whatever fails.
        self.spaces.push(space.clone());
        let here = format!("{}/30", Ipv4Addr::new(10, 215, subnet, 4 * index + 1));
        ip(&["netns", "add", &name])?;
        ip(&["-n", &name, "link", "set", "lo", "up"])?;
        ip(&["link", "add", &port, "type", "veth", "peer", "name", "peers", "netns", &name])?;
        ip(&["-n", &name, "addr", "add", &format!("{}/24", space.peers), "dev", "peers"])?;
        ip(&["-n", &name, "link", "set", "peers", "up"])?;
        ip(&["link", "set", &port, "master", &self.switch_name(0), "up"])?;
        ip(&["link", "add", &control, "type", "veth", "peer", "name", "control", "netns", &name])?;
        ip(&["-n", &name, "addr", "add", &format!("{}/30", space.rpc), "dev", "control"])?;
        ip(&["-n", &name, "link", "set", "control", "up"])?;
        ip(&["addr", "add", &here, "dev", &control])?;
        ip(&["link", "set", &control, "up"])?;
        Ok(space)
    }

    /// Puts each group on a switch of its own. Whoever is in no group stays where it is.
    ///
    /// # Errors
    /// If a cable cannot be moved.
    pub fn split(&mut self, groups: &[&[usize]]) -> Result<()> {
        for (number, group) in groups.iter().enumerate() {
            self.switch(number)?;
            let switch = self.switch_name(number);
            for index in *group {
                let space = self.spaces.get(*index).context("there is no such namespace")?;
                ip(&["link", "set", &space.port, "master", &switch])?;
            }
        }
        Ok(())
    }

    /// Puts all on the first switch.
    ///
    /// # Errors
    /// If a cable cannot be moved.
    pub fn join(&mut self) -> Result<()> {
        let all: Vec<usize> = (0..self.spaces.len()).collect();
        self.split(&[&all])
    }

    fn switch(&mut self, number: usize) -> Result<()> {
        while self.switches <= number {
            let name = self.switch_name(self.switches);
            ip(&["link", "add", &name, "type", "bridge"])?;
            self.switches += 1;
            ip(&["link", "set", &name, "up"])?;
        }
        Ok(())
    }

    fn switch_name(&self, number: usize) -> String {
        format!("mb{}x{number}", self.id)
    }
}

impl Drop for Cables {
    fn drop(&mut self) {
        // The cables go with their namespaces. What cannot be removed was not there.
        for space in &self.spaces {
            let _ = ip(&["netns", "del", &space.name]);
        }
        for number in 0..self.switches {
            let _ = ip(&["link", "del", &self.switch_name(number)]);
        }
    }
}

/// The third byte of networks that nobody here uses.
fn free_subnet() -> Result<u8> {
    let first = std::process::id() % 256;
    for offset in 0..256 {
        let Ok(subnet) = u8::try_from((first + offset) % 256) else { continue };
        let used = |net: u8| {
            Ok::<_, anyhow::Error>(
                !ip(&["route", "show", "root", &format!("10.{net}.{subnet}.0/24")])?.is_empty(),
            )
        };
        if !used(215)? && !used(214)? {
            return Ok(subnet);
        }
    }
    bail!("all networks from 10.215.0.0 on are in use")
}

/// Runs iproute2 and gives what it prints.
fn ip(arguments: &[&str]) -> Result<String> {
    let output = Command::new("ip")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .context("cannot run `ip`; Debian has it in the package iproute2")?;
    let told = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "`ip {}` failed: {}", arguments.join(" "), told.trim());
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
