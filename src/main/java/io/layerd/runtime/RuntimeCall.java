package io.layerd.runtime;

import io.layerd.sys.Sys;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Asks the runtime that made a container to do something with it. */
final class RuntimeCall {
  private final Command command;
  private final Path execRoot;

  RuntimeCall(Sys sys, Path execRoot) {
    this.command = new Command(sys);
    this.execRoot = execRoot;
  }

  Command.Result run(MonitorRecord record, Bundle bundle, String... verbAndArguments) {
    Path program = Path.of(record.runtimePath());
    String root = "--root=" + ConmonRuntime.runtimeRoot(execRoot, program);
    List<String> front =
        List.of(program.toString(), root, "--log-format=json", "--log=" + bundle.runtimeLog());
    return command.run(Stream.concat(front.stream(), Stream.of(verbAndArguments)).toList());
  }
}
