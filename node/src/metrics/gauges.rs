//! The metrics by name, as docs/metrics.md lists them.

use substrate_prometheus_endpoint::{
    Counter, F64, Gauge, GaugeVec, Histogram, HistogramOpts, Opts, PrometheusError, Registry, U64, register,
};

use super::{chain::Summary, tally::Figure};

/// Bounds of the buckets for how full blocks are.
const FULLNESS: [f64; 9] = [0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.0];

/// The metrics of one node.
pub struct Gauges {
    records: GaugeVec<U64>,
    orders: GaugeVec<U64>,
    orders_late: GaugeVec<U64>,
    reviews: GaugeVec<U64>,
    reviews_late: GaugeVec<U64>,
    members: GaugeVec<U64>,
    validators: GaugeVec<U64>,
    serving: Gauge<U64>,
    silent: Gauge<U64>,
    fragile: Gauge<U64>,
    motions: Gauge<U64>,
    issued: Gauge<F64>,
    redeemed: Gauge<F64>,
    lag_blocks: Gauge<U64>,
    lag_seconds: Gauge<F64>,
    chain_time: Gauge<F64>,
    counted_block: Gauge<U64>,
    outdated: Gauge<U64>,
    exceeded: Counter<U64>,
    fullness: Histogram,
}

impl Gauges {
    /// Adds them to the node's registry.
    ///
    /// # Errors
    /// If a name is taken.
    pub fn register(registry: &Registry) -> Result<Self, PrometheusError> {
        let whole = |name, help| register(Gauge::<U64>::new(name, help)?, registry);
        let real = |name, help| register(Gauge::<F64>::new(name, help)?, registry);
        let by = |name, help, labels: &[&str]| {
            register(GaugeVec::<U64>::new(Opts::new(name, help), labels)?, registry)
        };
        Ok(Self {
            records: by("medshare_records", "Records, by the status of the newest version", &["status"])?,
            orders: by("medshare_orders", "Orders, by state", &["state"])?,
            orders_late: by(
                "medshare_orders_past_deadline",
                "Orders that wait for somebody to end them, by state",
                &["state"],
            )?,
            reviews: by("medshare_reviews", "Reviews, by subject and state", &["subject", "state"])?,
            reviews_late: by(
                "medshare_reviews_past_deadline",
                "Undecided reviews with a seat past its deadline, by what the seat waits for",
                &["waits_for"],
            )?,
            members: by("medshare_members", "Members, once for each role", &["role", "status"])?,
            validators: by(
                "medshare_validators",
                "Validators that the council admitted, by state",
                &["state"],
            )?,
            serving: whole("medshare_validators_serving", "Validators of the current session")?,
            silent: whole(
                "medshare_validators_silent",
                "Validators that authored nothing in the last session that counts",
            )?,
            fragile: whole(
                "medshare_fragile",
                "1 if there are so few validators that one that fails can stop the chain",
            )?,
            motions: whole("medshare_council_motions", "Motions that the council has not decided")?,
            issued: real("medshare_settlement_issued_mds", "Settlement credit ever issued, in MDS")?,
            redeemed: real("medshare_settlement_redeemed_mds", "Settlement credit ever redeemed, in MDS")?,
            lag_blocks: whole(
                "medshare_finality_lag_blocks",
                "Blocks from the newest final block to the best one",
            )?,
            lag_seconds: real(
                "medshare_finality_lag_seconds",
                "Chain time from the newest final block to the best one, in seconds",
            )?,
            chain_time: real(
                "medshare_final_block_time_seconds",
                "Chain time of the newest final block, in seconds since 1970",
            )?,
            counted_block: whole(
                "medshare_counted_block",
                "The final block that records, orders, reviews and members are counted at",
            )?,
            outdated: whole(
                "medshare_program_outdated",
                "1 if the chain's runtime is newer than this program, which may then count wrongly",
            )?,
            exceeded: register(
                Counter::new(
                    "medshare_quota_exceeded_total",
                    "Transactions in final blocks that did not fit into their sender's quota and paid a fee",
                )?,
                registry,
            )?,
            fullness: register(
                Histogram::with_opts(
                    HistogramOpts::new(
                        "medshare_block_weight_ratio",
                        "Share of a block's maximum weight that final blocks used",
                    )
                    .buckets(FULLNESS.to_vec()),
                )?,
                registry,
            )?,
        })
    }

    /// Shows one of the numbers that are tallied.
    pub fn set(&self, figure: Figure, number: u64) {
        match figure {
            Figure::Records { status } => self.records.with_label_values(&[status]).set(number),
            Figure::Orders { state } => self.orders.with_label_values(&[state]).set(number),
            Figure::OrdersPastDeadline { state } => self.orders_late.with_label_values(&[state]).set(number),
            Figure::Reviews { subject, state } => {
                self.reviews.with_label_values(&[subject, state]).set(number)
            }
            Figure::ReviewsPastDeadline { waits_for } => {
                self.reviews_late.with_label_values(&[waits_for]).set(number);
            }
            Figure::Members { role, status } => self.members.with_label_values(&[role, status]).set(number),
        }
    }

    /// Shows what the newest final block says.
    pub fn summary(&self, summary: &Summary) {
        for (state, number) in summary.validators {
            self.validators.with_label_values(&[state]).set(number);
        }
        self.serving.set(summary.serving);
        self.silent.set(summary.silent);
        self.fragile.set(summary.fragile.into());
        self.motions.set(summary.motions);
        self.issued.set(summary.issued);
        self.redeemed.set(summary.redeemed);
        self.chain_time.set(seconds(summary.now));
        self.outdated.set(summary.newer_runtime.into());
    }

    /// Shows at which block was counted.
    pub fn counted(&self, block: u32) {
        self.counted_block.set(block.into());
    }

    /// Counts a final block.
    pub fn block(&self, exceeded: u64, fullness: f64) {
        self.exceeded.inc_by(exceeded);
        self.fullness.observe(fullness);
    }

    /// Shows how far finality is behind.
    pub fn lag(&self, blocks: u32, millis: u64) {
        self.lag_blocks.set(blocks.into());
        self.lag_seconds.set(seconds(millis));
    }
}

fn seconds(millis: u64) -> f64 {
    std::time::Duration::from_millis(millis).as_secs_f64()
}
