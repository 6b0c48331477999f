// SPDX-License-Identifier: Apache-2.0
/** Small programs that run code under test in processes of their own, and the memory that Java shares with them. */
package io.trapeze.testkit.capsule;
