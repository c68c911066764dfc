return await SessionManagerPlugin.Emulator.Cli.EmulatorProgram.RunAsync(args).ConfigureAwait(false);
