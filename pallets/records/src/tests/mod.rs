mod queries;
mod register;
mod register_content;
mod register_many;
mod relocate;
mod revise;
mod verdict;
mod withdraw;
