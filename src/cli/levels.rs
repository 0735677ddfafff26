//! `-A`, `-W` and `-D`: levels of rules. Their order on the command line matters, which a derived parser does not keep.

use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};

use crate::config::layer::Level;

const FLAGS: &[(&str, char, Level, &str)] = &[
    ("allow", 'A', Level::Off, "Switch rules off; of -A, -W and -D the last that names a rule decides"),
    ("warn", 'W', Level::Warning, "Switch rules on, as warnings"),
    ("deny", 'D', Level::Error, "Switch rules on, as errors"),
];

/// Names and their levels, in the order of the command line.
#[derive(Clone, Debug, Default)]
pub struct Levels(pub Vec<(String, Level)>);

impl FromArgMatches for Levels {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Levels, Error> {
        let mut found = Vec::new();
        for (flag, _, level, _) in FLAGS {
            let names = matches.get_many::<String>(flag).into_iter().flatten();
            let places = matches.indices_of(flag).into_iter().flatten();
            found.extend(places.zip(names).map(|(place, name)| (place, (name.clone(), *level))));
        }
        found.sort_by_key(|(place, _)| *place);
        Ok(Levels(found.into_iter().map(|(_, level)| level).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Levels::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for Levels {
    fn augment_args(command: Command) -> Command {
        FLAGS.iter().fold(command, |command, (flag, short, _, help)| {
            command.arg(
                Arg::new(*flag)
                    .long(*flag)
                    .short(*short)
                    .help(*help)
                    .help_heading("Rules")
                    .value_name("RULES")
                    .value_delimiter(',')
                    .action(ArgAction::Append),
            )
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Levels::augment_args(command)
    }
}
