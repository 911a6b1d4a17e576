package io.layerd.sys;

/**
 * A name in a directory, as bytes since Linux names need not be text.
 *
 * @param type the d_type of getdents64(2): 0 unknown, 1 FIFO, 2 character device, 4 directory, 6
 *     block device, 8 regular, 10 link, 12 socket
 */
public record DirEntry(byte[] name, int type, long inode) {}
