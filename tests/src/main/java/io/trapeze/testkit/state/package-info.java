// SPDX-License-Identifier: Apache-2.0
/** Everything that a program can hold a value in, and how two of them differ. */
package io.trapeze.testkit.state;
