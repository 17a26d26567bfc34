/* Marks what a shared library exports. Define SIRA_STATIC when you link the archive on Windows; elsewhere nothing is
 * needed. */
#ifndef SIRA_EXPORT_H
#define SIRA_EXPORT_H

#if defined(_WIN32) && !defined(SIRA_STATIC)
#ifdef SIRA_BUILDING
#define SIRA_API __declspec(dllexport)
#else
#define SIRA_API __declspec(dllimport)
#endif
#elif defined(__GNUC__)
#define SIRA_API __attribute__((visibility("default")))
#else
#define SIRA_API
#endif

#endif
