package io.layerd.sys;

/** What statfs(2) says of a file system. */
public record FsStat(
    long magic,
    long blockSizeBytes,
    long blocks,
    long blocksFree,
    long blocksAvailable,
    long files,
    long filesFree) {}
