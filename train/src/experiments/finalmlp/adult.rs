//! The Adult census table, with numbers beside its categories: who earns above 50,000 dollars?

use super::contenders::{Comparison, Contender, WIDTHS};
use super::movielens::RATES;
use super::network::{Network, adult};
use crate::Error;
use crate::clicks::ClickFit;
use crate::clicks::comparison::{thinned, where_present};
use crate::registry::{Budget, Reproduction};
use crate::report::Report;
use crate::run::Run;

const NAME: &str = "Adult";

/// Reports what each network reaches, where the table is there.
pub fn compare(run: &Run, what: Reproduction, report: &mut Report) -> Result<(), Error> {
    let Some(data) = where_present(run, NAME, adult(run, 0, 0))? else { return Ok(()) };
    let is_smoke = what.budget == Budget::Smoke;
    let data = if is_smoke { thinned(data, 300) } else { data };
    let comparison = Comparison {
        name: NAME,
        data: &data,
        contenders: &[Contender::FinalMlp, Contender::DualMlp, Contender::Mlp, Contender::Logistic],
        base: Network::default(),
        fit: ClickFit { epochs: what.budget.pick(1, 10, 20), patience: 2, ..ClickFit::default() },
        widths: if is_smoke { &WIDTHS[..1] } else { &WIDTHS },
        rates: if is_smoke { &RATES[..1] } else { &RATES },
        seeds: what.seeds,
    };
    comparison.run(run, report)?;
    Ok(())
}
