// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

/**
 * Addresses of the functions that suspend a thread and redirect it, and follow the system's calling convention.
 *
 * @param suspend (thread): suspends it, soon; returns -1 as 32 bits if that is refused
 * @param getContext (thread, context): waits until the thread stands still and stores its registers; returns 0 if refused
 * @param setContext (thread, context): sets its registers; returns 0 if refused
 * @param resume (thread): lets it go on; returns -1 as 32 bits if that is refused
 * @param lastError (): why the last call was refused
 */
public record SuspensionCalls(long suspend, long getContext, long setContext, long resume, long lastError) {}
