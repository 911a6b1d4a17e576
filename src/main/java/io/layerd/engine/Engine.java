package io.layerd.engine;

/**
 * The engine as the API sees it. No method blocks: a {@code Uni} does its work on a lane or a
 * virtual thread once it is subscribed to, and cancelling the subscription (the client has gone)
 * ends the work where that is possible. Failures are {@link io.layerd.error.EngineException}s.
 * Items arrive on a worker thread: the caller returns to its event loop.
 */
public interface Engine {
  ImageCommands images();

  BuildCommands builds();

  BuildKitCommands buildKit();

  ContainerCommands containers();

  FileCommands files();

  ExecCommands execs();

  NetworkCommands networks();

  VolumeCommands volumes();

  SystemCommands system();
}
