//! The metrics of the index, as docs/metrics.md lists them.

use medshare_types::BlockNumber;
use substrate_prometheus_endpoint::{Counter, Gauge, PrometheusError, Registry, U64, register};

/// How far the index has got, for who watches the node.
pub struct Gauges {
    block: Gauge<U64>,
    lag: Gauge<U64>,
    blocks: Counter<U64>,
    stopped: Gauge<U64>,
    setbacks: Counter<U64>,
}

impl Gauges {
    /// Adds them to the node's registry.
    ///
    /// # Errors
    /// If a name is taken.
    pub fn register(registry: &Registry) -> Result<Self, PrometheusError> {
        let gauge = |name, help| register(Gauge::<U64>::new(name, help)?, registry);
        let counter = |name, help| register(Counter::<U64>::new(name, help)?, registry);
        Ok(Self {
            block: gauge("medshare_index_block", "The last block in the index")?,
            lag: gauge("medshare_index_lag_blocks", "Blocks from there to the newest final block")?,
            blocks: counter("medshare_index_blocks_total", "Blocks that went into the index")?,
            stopped: gauge("medshare_index_stopped", "1 if the index cannot go on")?,
            setbacks: counter(
                "medshare_index_setbacks_total",
                "How often the index could not go on and was tried again later",
            )?,
        })
    }

    /// Shows how far it is.
    pub fn at(&self, head: Option<BlockNumber>, finalised: BlockNumber) {
        self.block.set(head.unwrap_or_default().into());
        self.lag(head, finalised);
        self.stopped.set(0);
    }

    /// Shows how far it is behind.
    pub fn lag(&self, head: Option<BlockNumber>, finalised: BlockNumber) {
        self.lag.set(finalised.saturating_sub(head.unwrap_or_default()).into());
    }

    /// Counts blocks that went into it.
    pub fn applied(&self, blocks: usize) {
        self.blocks.inc_by(blocks.try_into().unwrap_or(u64::MAX));
    }

    /// Counts that something kept it from going on.
    pub fn setback(&self) {
        self.setbacks.inc();
    }

    /// Shows that it cannot go on, if somebody should know.
    pub fn stopped(&self, alarming: bool) {
        self.stopped.set(alarming.into());
        if !alarming {
            self.lag.set(0);
        }
    }
}
