mod convene;
mod deliver_keys;
mod dissolve;
mod draw;
mod lapse;
mod queue;
mod replace;
mod vote;
