// The executable: words of the command line to a command, its outcome to an exit status. Nothing else lives here.

import Engine

exit(with: Commands.run(Array(CommandLine.arguments.dropFirst())))
