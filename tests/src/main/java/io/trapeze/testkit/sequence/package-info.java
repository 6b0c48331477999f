// SPDX-License-Identifier: Apache-2.0
/** What a goroutine does, one thing after the other: programs of stack operations, switches, interruptions. */
package io.trapeze.testkit.sequence;
